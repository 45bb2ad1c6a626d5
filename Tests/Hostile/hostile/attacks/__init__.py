"""What any client can send. Each case is followed by a normal request, which must be answered in time."""
