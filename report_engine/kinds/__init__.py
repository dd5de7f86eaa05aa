"""Kinds of question, one file each: aggregate, funnel, retention …"""
