"""Deployed functions, one file each: event in, use case, response out. Beside them, `batch` and
`job_types` are shared by some.
"""
