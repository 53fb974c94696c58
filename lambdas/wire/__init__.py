"""Shapes that cross our edge: HTTP bodies and the exchange's messages. No I/O."""
