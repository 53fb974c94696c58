"""What we cannot understand. It is put aside with the reason, never dropped and never fatal."""


class Malformed(Exception):
    """The content of a message is not as the protocol has it; `reason` is for an operator.

    The reason never repeats what came in.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
