"""DynamoDB's answers as they come: typed values in JSON, which is the form that pynamodb reads.

botocore would go over them once more, value by value, by the description of the service: to decode
what is binary, which none of our attributes is. That was a third of the CPU of reading the board.
"""

from typing import Any

from botocore.parsers import JSONParser, ResponseParser, ResponseParserFactory


class PlainAnswers(ResponseParserFactory):  # type: ignore[misc]  # botocore has no types
    """To be registered as a session's `response_parser_factory`."""

    def create_parser(self, protocol_name: str) -> ResponseParser:
        """Ours for JSON, botocore's for whatever else."""
        if protocol_name == "json":
            return _PlainParser(**self._defaults)
        return super().create_parser(protocol_name)


class _PlainParser(JSONParser):  # type: ignore[misc]  # botocore has no types
    """Errors, headers and metadata stay botocore's."""

    def _handle_json_body(self, raw_body: bytes, shape: Any) -> Any:  # noqa: ARG002 - not needed
        return self._parse_body_as_json(raw_body)
