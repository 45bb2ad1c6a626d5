"""What a running server may meet: hostile clients, hostile circumstances, and clients that look at every byte."""
