"""Kafka as the engine uses it: clients, topics, transport, and what is read and written."""
