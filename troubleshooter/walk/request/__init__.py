"""What a request is: its URL, who sends it and where it enters, what is expected of it.

Must not know any stage.
"""
