"""Recordings as files: what they are, a rebuilt copy, pictures, peaks, clips, captions.

Pure functions over local paths. Nothing here knows a database, a queue or a storage; every
byte from outside is read by ffmpeg inside a sandbox, never in this process.
"""
