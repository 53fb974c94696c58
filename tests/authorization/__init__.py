"""Authorization: a second account requests every route of the OpenAPI file with the first account's
ids, keys and cursors.

No route is named here: what to create, what to use and where is read from the file and from the
first account's own responses, so a new route is covered without a change.
"""
