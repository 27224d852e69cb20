"""What runs: Faust, the record-batch transport, the checkpoint, the agents."""

from streams.engine import fetched

# Here, so that no reader of topics can be without it.
fetched.install()
