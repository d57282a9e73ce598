# The program fetchd.
