p() { printf '<%s>' "$@"; echo; }
mkdir d d/e .hid; touch a b ab abc 'sp ace' d/x d/y d/e/z .dot 'b*' '[x]' d/.h
p *; p a*; p ?; p [ab]; p [!a]*; p [a-b]b*; p d/*; p */; p */*; p d/*/*; p .*; p nomatch*; p "*"; p \*; p 'a'*; p a"*"; p b\*
p [[:alpha:]]; p [[:upper:]]*; p *[*]; p '['*; p [\[]x]; p d*/; p ./*b; p d/.*
x='*'; p $x; p "$x"; y='a*'; p $y; p ${y}; set -f; p *; set +f
for f in d/*; do echo "$f"; done
case abc in a?c) echo 1;; esac; case a/b in a*b) echo 2;; esac; case .x in *x) echo 3;; esac
case '*' in \*) echo 4;; esac; case 'a]' in [a]]) echo 5;; esac; case ']' in []]) echo 6;; esac; case 'a' in [!]b]) echo 7;; esac
case x in "$x") echo no;; $x) echo 8;; esac
case '[' in [) echo 9;; esac; case a-b in a[-]b) echo 10;; esac; case 'a\b' in 'a\b') echo 11;; esac
case abcd in *c*) echo 12;; esac; case foo in bar|foo|baz) echo 13;; esac; case x in y) ;; esac; echo $?
case hello in h*) echo one ;; *) echo two;; esac
