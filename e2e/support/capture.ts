/** What passes through the network interfaces of a pod. */
import { databaseContainer } from './galera.ts';
import { kubectl, pods } from './kubectl.ts';

/**
 * Perl is in every Debian image, and a container may open a packet socket by default. The header of each packet is
 * Ethernet's (14 bytes) with IPv4 behind it, on the loopback interface too.
 */
const CAPTURE = String.raw`
my ($seconds, $marker) = @ARGV;
$| = 1;
socket(my $s, 17, 3, unpack('S', pack('n', 3))) or die "no packet socket: $!\n";
my (%packets, %marked);
my $end = time + $seconds;
while (time < $end) {
  my $ready = ''; vec($ready, fileno($s), 1) = 1;
  select($ready, undef, undef, 0.2) or next;
  defined recv($s, my $packet, 65535, 0) or next;
  next if length($packet) < 54;
  my $header = 14 + 4 * (ord(substr($packet, 14, 1)) & 15);
  for my $port (unpack('nn', substr($packet, $header, 4))) {
    next unless $port == 4444 or $port == 4567 or $port == 4568;
    $packets{$port}++;
    $marked{$port}++ if index($packet, $marker) >= 0;
  }
}
print join(' ', map { "$_:$packets{$_}:" . ($marked{$_} // 0) } sort keys %packets);
`;

/** Packets of one port that were seen, and those of them in which the marker stood. */
export interface Seen {
  readonly packets: number;
  readonly marked: number;
}

/** Listens in pods for so many seconds, to the ports of the members' traffic. Resolves with what was seen by port. */
export async function captureIn(
  namespace: string,
  names: readonly string[],
  marker: string,
  seconds: number,
): Promise<ReadonlyMap<number, Seen>> {
  const all = await pods(namespace, 'app=db');
  const said = await Promise.all(
    all
      .filter(({ metadata }) => names.includes(metadata?.name ?? ''))
      .map((pod) => {
        const where = ['-n', namespace, pod.metadata?.name ?? '', '-c', databaseContainer(pod)];
        return kubectl(['exec', ...where, '--', 'perl', '-e', CAPTURE, String(seconds), marker]);
      }),
  );
  const seen = new Map<number, Seen>();
  for (const word of said.flatMap((line) => line.trim().split(' ')).filter((one) => one !== '')) {
    const [port = 0, packets = 0, marked = 0] = word.split(':').map(Number);
    const before = seen.get(port) ?? { packets: 0, marked: 0 };
    seen.set(port, { packets: before.packets + packets, marked: before.marked + marked });
  }
  return seen;
}
