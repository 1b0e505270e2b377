/** Scalars that readers of YAML take differently. A further one is one more line. */

/** Scalars, each read as a value, as an item within brackets and as a key. */
export const SCALARS: readonly string[] = String.raw`
e1
E5
.e3
e
1e
1e3
1E+3
1.5e-7
.5
.3_2
.3__2
.3_
._3
.3e1_0
.3_e1
5.
.
..
-.5
+.5
1.2.3
1e400
.1e400
12:30:45
1:2
190:20:30.15
-1:30
2001-01-01
2001-12-14t21:59:43.10-05:00
2001-1-1
20:30
0777
0o17
0O17
08
0800
0o8
0x1F
0XfF
0b101
0B1
-0b11
-0x1f
+5
-5
0
-0
00
1_000
_1
1__0
-_1
0x_ff
0_7
1_0.5
._5
.6_6
.6__6
.6_
.5e1_0
1.0
-0.0
100000.5
1234567.5
1e6
1e21
9007199254740993
9223372036854775807
9223372036854775808
-9223372036854775808
18446744073709551615
99999999999999999999
0xffffffffffffffffff
07777777777777777777777
-9223372036854775809
y
Y
n
yes
Yes
YES
yEs
on
Off
OFF
true
True
TRUE
tRue
false
no
NO
~
null
Null
NULL
nULL
.inf
-.INF
.nan
.NAN
+.inf
inf
nan
NaN
<<
=
+
-a
'1'
"yes"
'it''s'
"a\tb\u00e9\x41"
"\U0001F600"
"\/"
''
""
"~"
'0777'
!!str 1
!!str
!!int "3"
!!int 3.5
!!float 3
!!bool yes
!!bool 1
!!null ""
!!null x
!!timestamp 2001-01-01
!!binary aGVsbG8=
!local 12
!local text
! 12
! "12"
!!int e1
&a 5
&a yes
é
日本
😀
a#b
a b
a'b
a:b
http://x:1/y?z=1&a
?
a?
a!b
1a
1 2
0.0.0.0
10.0.0.1/8
1.
1.e5
+1.5
0b+1
0b2
0xg
1e+
--1
+-1
1-
1+1
0x
0b
0o
0b_
0b1_0
0.1e1
1E5
`
  .split('\n')
  .filter((line) => line !== '');

/** Texts that may be written in a way that some reader takes for something else. */
export const WORDS: readonly string[] = [
  '0o644',
  '-0o17',
  '+0o17',
  '1e1_0',
  'a\u0085b',
  '\u0001',
  'a\u007f',
  '\u009fb',
  '\ufeff',
  '---',
  'a\n---\nb',
  '...',
  ' a\n b',
  'a\n\n',
  '\ta\nb',
  'a: b',
  '- a',
  'k'.repeat(1_100),
];
