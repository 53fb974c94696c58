"""What AWS has made of our stacks' parts: physical names, by the names that the templates give."""

from collections.abc import Mapping
from typing import Any


def physical_names(cloudformation: Any, stack: str, kind: str) -> Mapping[str, str]:
    """Of every resource of that type, by logical id. One call for each hundred of resources."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        found["LogicalResourceId"]: found["PhysicalResourceId"]
        for page in pages
        for found in page["StackResourceSummaries"]
        if found["ResourceType"] == kind
    }
