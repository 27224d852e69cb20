"""A vendor's statement for those who read it: JSON, CSV, a page; its archive, its restatement."""
