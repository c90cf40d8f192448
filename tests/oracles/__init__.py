"""Rules written a second time, from the pages of tests/vectors and nothing else.

An oracle knows the words of its page, not the values of certrules: it imports nothing from there.
Where an oracle and certrules disagree, one of them misreads a statement.
"""
