"""How fast are the main jobs beside other libraries doing the same?"""
