"""Take facts in: each line of a chunk is accepted, repeated or malformed, and none ever costs another."""


