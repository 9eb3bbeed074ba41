import CLibgit2
import Subprocess
import Yams
