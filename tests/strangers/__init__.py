"""One account tries to reach what another one has, over every route of the OpenAPI file.

Nothing here knows a route: what to make, what there is to steal and where to try it is read from
the file and from the first account's own answers, so a new route is tried without being named.
"""
