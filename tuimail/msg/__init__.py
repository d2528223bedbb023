"""Outlook .msg files: the container (MS-CFB), the properties (MS-OXMSG) and the way from mail."""
