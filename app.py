"""Entry point of the CDK: `cdk -c stage=local|dev|prod deploy --all`."""

from cdk.system import main

main()
