"""The published contract, made from the types of the domain: schemas, AsyncAPI, examples."""
