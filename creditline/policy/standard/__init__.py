"""DMN 1.5 and FEEL in full: the whole standard, lenient as it asks, beside the strict scalar core that policies run on."""
