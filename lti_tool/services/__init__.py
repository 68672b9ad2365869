"""What the tool does: each function is one act in the caller's transaction. Nothing here knows HTTP or commits."""
