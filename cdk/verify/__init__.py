"""What must hold before a stage goes to AWS, checked without AWS: `python -m cdk.verify`.

Each check is a function from the synthesized `Subject` to one `Checked`: what it looked at, what it
found, what a person ought to know. Nothing that deploys may import this room.
"""
