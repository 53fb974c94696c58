"""The operator's command line, `python -m ops`: look, check, repair; never edit a table.

It works with the operator's own credentials on a stage in AWS, or on a `make up` of this machine.
Nothing of it is shipped with the functions: what scans whole tables stands here, and only here.
"""
