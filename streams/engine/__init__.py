"""What runs: Faust, the record-batch transport, the checkpoint, the agents."""
