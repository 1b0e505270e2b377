/** What the fuzzer found: what has to hold, and the history in which it once did not. */
export const FOUND: Readonly<Record<string, string>> = {
  'foreign data is not erased while the first member was started again before it said that the cluster formed': `3 kept
createPod 1
settle 0
deletePod 1
outage 0
createPod 0
swapVolume 1
createPod 0
createPod 1
beginCall 2
createPod 0
beginCall 1
createPod 0`,

  'a member that its init container let start, and that joined without asking, is waited for': `4 kept ordered
settle 0
toggleCoordinator 0
settle 0
deletePod 4
commit 0
scale 8
loseVolume 5`,

  'a volume of a cluster that was forgotten does not join without asking': `4 kept ordered
settle 0
settle 0
commit 0
kill 2
commit 0
outage 0 !
deleteLease 0
loseVolume 0
loseVolume 9
settle 0
toggleCoordinator 0
settle 0`,

  'rows on a volume in whose place another one is attached are waited for': `3 kept
settle 0
settle 0
commit 0
deletePod 0 !
deletePod 1 !
commit 0
deletePod 2
swapVolume 2
settle 0
settle 0
commit 0`,

  'a member that was left out of a component is waited for while the one that left it out has not reported': `3 kept
createPod 0
settle 0
createPod 0
beginCall 0
beginCall 1
finishCall 1
kill 0
createPod 0
commit 0
createPod 0
scale 0
createPod 0`,

  'an empty volume in the place of a foreign one lets the others go on, also where the own one was lost early': `3 kept
createPod 4
settle 0
beginCall 0
deletePod 0
swapVolume 3
createPod 0`,

  'an order is for the volume that was attached when the pod asked, not for another one that takes its place': `4 kept ordered
settle 0
settle 0
commit 0
outage 0
isolate 2
settle 0
annotate 2
beginCall 6
outage 8 !
createPod 0
swapVolume 10
settle 10`,

  'a person gives a spent order again to the next pod, which an ordered controller makes a moment later': `3 kept ordered
settle 0
settle 0
commit 0
annotate 1
breakTransfer 3
overtake 11
breakTransfer 10
outage 0
losePosition 1`,

  'what a probe saw of its component is not held against members that joined and left since': `3 kept
settle 0
scale 0
askTwice 9
settle 7 !
kill 3
commit 0
scale 0`,

  'a cluster that began again after it was forgotten owes nothing to volumes that nobody had spoken of': `3 kept ordered
settle 0
settle 0
commit 0
kill 2
commit 0
outage 0 !
deleteLease 0
createPod 0
annotate 0
overtake 0
overtake 3
deletePod 0
createPod 1
createMutePod 7
loseVolume 0
settle 0
kill 0`,

  'a bootstrap by hand that was granted stands when its pod is deleted before it hears of that': `3 kept
settle 0
annotate 0
kill 0
commit 0
scale 0
createPod 0
beginCall 0
deletePod 0
createPod 0`,
  'a member that was told to wait joins nobody without asking again: others were chosen meanwhile, and would wait for it': `3 kept ordered
settle 0
settle 0
commit 0
kill 9
isolate 10
settle 0
cutOff 4
heal 0
terminate 0
annotate 2
settle 0
kill 5
terminate 6`,

  'rows that a member gets after it was told to wait are on nobody else when it joins without asking': `3 kept
settle 0
breakTransfer 5
breakTransfer 7
kill 9
annotate 10
beginCall 6
cutOff 6
settle 8
scale 3
commit 0`,
  'no order by hand is taken beside members that joined without asking, of which the record knows nothing': `3 kept
createPod 1
settle 0
toggleCoordinator 0
settle 0
annotate 0
kill 0
createPod 0`,

  'a member that crashed is not taken for another primary component': `3 kept
settle 0
commit 0
kill 0
beginCall 1`,

  'an older copy does not speak for members that were behind what it was': `3 kept ordered
settle 0
takeCopy 0
commit 0
minutePasses 0
beginCall 0
minutePasses 0
scale 3 !
beginCall 6
putBack 2 !`,

  'a volume that was filled after it was said to be empty is not the newest because it says so': `3 kept
settle 0
scale 0
takeCopy 0
settle 0
commit 0
refill 3 !
deletePod 11
refill 1
settle 1 !
deletePod 10`,

  'a copy with a view of one does not form that again beside members that were left behind': `3 kept ordered
settle 0
scale 0
takeCopy 0
settle 0
commit 0
isolate 1 !
settle 3
cutOff 8
refill 8
putBack 4 !
createPod 3 !
beginCall 0 !
kill 8`,

  'a copy that fills the volume of a member whose pod is away is not the newest': `5 kept
settle 0
scale 0
takeCopy 0
settle 0
commit 0
refill 5 !
outage 4 !`,

  'a last view does not form again on behalf of one that was killed and has not asked yet': `3 kept
settle 0
settle 0
commit 0
minutePasses 0
beginCall 0
finishCall 0
beginCall 1
finishCall 0
beginCall 2
finishCall 0
lag 0
lag 1
commit 0
deletePod 2 !
kill 0
kill 1
noticeReadiness 0
noticeReadiness 1
beginCall 0
finishCall 0
launch 0
beginCall 1
finishCall 0
launch 1`,

  'a question that was given up is not answered once the Lease is gone that held the number of the next one': `2 kept
settle 0
breakTransfer 1
settle 0 !
deleteLease 0
lag 0
commit 0
breakTransfer 0`,

  'a server that was alone and had not applied all does not form its view again where no coordinator answers': `5 kept
settle 0
lag 10
cutOff 10
deletePod 9
commit 0
refill 7
kill 1
deletePod 8 !
breakTransfer 11
launch 11
breakTransfer 0
settle 0`,

  'two servers that had not applied all do not form their view again where no coordinator answers': `3 kept
settle 0
settle 0
commit 0
report 0
lag 0
lag 1
commit 0
report 0
isolate 2
toggleCoordinator 0
kill 0
kill 1
heal 0
startAlone 0
startAlone 1`,
};
