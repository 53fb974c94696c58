"""What a competent team would write instead, with what is usual. Measured, never shipped.

`app/` is packed and run by itself, on its own pinned packages (`*.txt`).
"""
