"""Every byte of what pausing views serve to clients of every speed."""
