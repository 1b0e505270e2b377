/** Texts that readers of YAML take differently. A further one is one more line. */

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

/** Whole files. */
export const FILES: readonly string[] = [
  'a: 1\n',
  '{"a": 1}',
  '{"a": 1}\n{"b": 2}\n',
  '{\n\t"a": [1,\t2],\n\t"b": "x\\u00e9\\/\\ud83d\\ude00"\n}\n',
  '{"a": 1, "b": {"c": [true, null, 1.5e3, -0]}}',
  '{a: 1, b: [x, y]}\n',
  '{a: {b: c}, "d":e}\n',
  '  {"a": 1}\n',
  '[1, {a: b}]\n',
  'a: {b: 1,\n  c: 2}\n',
  'a: [1,\n 2,]\n',
  '\ufeffa: 1\n',
  'a: 1\r\nb:\r\n- c\r\n- |\r\n  x\r\n  y\r\n',
  'a: 1\n---\nb: 2\n',
  '---\na: 1\n---\n---\nb: 2\n',
  '--- # note\na: 1\n--- \nb: 2\n',
  '# only a comment\n',
  '# first\n---\n# second\na: 1\n',
  '---\n',
  '',
  '\n\n',
  'null\n',
  '~\n',
  'a:\n',
  'a: 1\n...\n',
  'a: |\n  x\n   y\n\n  z\n',
  'a: |-\n  x\n\n\nb: 1\n',
  'a: |+\n  x\n\n\nb: 1\n',
  'a: |2\n   x\n  y\n',
  'a: |2-\n    x\n\nb: >1\n  y\n z\n',
  'a: >\n  x\n  y\n\n  z\n   indented\n  w\n',
  'a: >-\n  x\n  y\n',
  'a: |\nb: 1\n',
  'a: |\n  # no comment\n  --- x\n',
  'a: x\n  y\n  z\n',
  'a: "x\n  y\n\n  z"\n',
  "a: 'x\n  y'\n",
  'a: "x \\\n  y"\n',
  'a:   1   # comment\n',
  'a: x#y # z\n',
  'a:\t1\n',
  'a: 1\t# c\n',
  '? a\n: 1\n',
  '? a\n: - b\n',
  '- a\n-\n  b: 1\n- - c\n  - d\n-\n',
  'a:\n- b\n-  c: 1\n   d: 2\n',
  'a: &x {b: 1}\nc: *x\n',
  'a: &x [1, 2]\nb: &x 3\nc: *x\n',
  'a: &x {b: 1}\nc: {<<: *x, d: 2}\n',
  'a: &x {b: 1}\nc: {b: 2, <<: *x}\n',
  'a: &x {b: 1}\nc: {<<: *x, b: 2}\n',
  'a: &x {b: 1}\ny: &y {b: 2, d: 3}\nc: {<<: [*x, *y]}\n',
  'a: &x {b: 1}\nc:\n  <<: {d: 1}\n  e: 2\n',
  'c: {<<: {a: 1}}\n',
  'c: {"<<": {a: 1}}\n',
  'c: {!!merge <<: {a: 1}}\n',
  'a: &x 1\nc: {<<: *x}\n',
  'c: {<<: 1}\n',
  'a: &x\n  b: *x\n',
  'a: *nowhere\n',
  '&k a: 1\nb: *k\n',
  'a: &k x\n*k : 1\n',
  'a: !!map {b: 1}\nc: !!seq [1]\nd: !foo {e: 1}\nf: !!set {g}\n',
  'a: !!binary |\n  aGVs\n  bG8=\n',
  'metadata: {labels: {galera: yes, 1: x, 1.5: y, true: z, 0x10: w, 1e6: v}}\n',
  '~: 1\n',
  'null: 1\n',
  '[a]: 1\n',
  '{a: 1}: 1\n',
  '18446744073709551615: 1\n',
  '.inf: 1\n.nan: 2\n',
  'a: 12345678901234567890123\n',
  `a: ${'x'.repeat(5_000)}\n`,
  `a: "${'é x '.repeat(3_000)}"\n`,
  `${'k'.repeat(500)}: 1\n`,
  'é: 1\n日本: [ü]\n',
  'a: [b, c: d, {e}]\n',
  'a: {b: , c}\n',
  'a: [,]\n',
  'a: [1\n',
  'a: "x\n',
  'a: b: c\n',
  'a: - b\n',
  'a:\n\t- b\n',
  '\ta: 1\n',
  'a: 1\n b: 2\n',
  'a:\n  b: 1\n c: 2\n',
  'a: @x\n',
  'a: `x`\n',
  'a: %x\n',
  'a: "\\q"\n',
  'a: \u0001\n',
  'a: x\u0085y\n',
  'a: "x\u2028y"\n',
  'text\n',
  '- 1\n- a: 2\n  b: 3\n',
  'a: !!str\nb: ""\nc:\n',
  'a: &e\nb: *e\n',
  `a: &x [1]\nb: &y [${'*x,'.repeat(20)}]\nc: &z [${'*y,'.repeat(20)}]\nd: [${'*z,'.repeat(20)}]\n`,
  `a: &x [1]\nb: &y [${'*x,'.repeat(100)}]\nc: &z [${'*y,'.repeat(100)}]\nd: [${'*z,'.repeat(100)}]\n`,
];
