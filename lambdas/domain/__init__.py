"""Pure decisions on money, orders, positions and prices. No I/O, no clock, no third-party code."""
