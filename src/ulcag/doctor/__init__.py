"""What is here, what each lack costs, and what to type: `ulcag doctor`.

It is for installations that are not whole, so what it needs beyond Python itself is imported where it is used.
"""
