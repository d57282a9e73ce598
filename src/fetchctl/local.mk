# The program fetchctl.
