"""The operator's command line, `python -m ops`: inspect, audit and repair a running system.

It uses the operator's own credentials, on a stage in AWS or on a `make up` of this machine. It is
not deployed. Scans of whole tables are allowed here and nowhere else.
"""
