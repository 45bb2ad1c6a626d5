"""Circumstances that a running server can't be brought into: each case starts one of its own."""
