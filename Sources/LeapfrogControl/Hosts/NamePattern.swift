import Glibc

/// Whether a name fits a pattern of the shell's kind.
func fnmatchMatches(_ pattern: String, _ name: String) -> Bool { fnmatch(pattern, name, 0) == 0 }
