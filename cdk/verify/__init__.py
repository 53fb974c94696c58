"""Checks of what would be deployed, without AWS: `python -m cdk.verify --stage dev|prod`.

Each check is a function from the synthesized `Subject` to a `CheckResult`. Nothing that deploys may
import this package.
"""
