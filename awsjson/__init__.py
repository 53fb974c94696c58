"""Calls to AWS in its JSON protocol, at half of what botocore's own client takes.

A room of its own, because the functions and the bridge need it and never meet. It is composed: the
signature and the credentials are botocore's, HTTP and TLS the standard library's; what goes wrong
is told in botocore's exceptions. Ours are the retries, the reading of errors, and nothing else.
"""
