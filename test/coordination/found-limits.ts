/** Histories that end at a limit which docs/model.md names; the model knows exactly when. */
export const FOUND_LIMITS: Readonly<Record<string, string>> = {
  'a state transfer that was broken off leaves the stamp, also where the next start asks no coordinator': `3 kept
swapVolume 0
settle 0
breakTransfer 0
toggleCoordinator 0
commit 0
settle 0
kill 0`,

  'a person gives up a pod of the last view that is gone with its data where the record was lost': `3 renamed
settle 0
cutOff 1
terminate 1
settle 0
deleteLease 0
killInDdl 0 !
refill 0`,

  'a foreign volume in the place of one that was reported empty keeps the others from no cluster': `2 kept
refill 1
cutOff 1
deleteByForce 1
swapVolume 1
createPod 1
refill 0
settle 0`,

  'a member that was scaled away is waited for beside a pod that is silent, as without one': `3 kept
createUnscheduledPod 0
settle 0
kill 1
scale 1 !`,

  'a volume of which only an init container has spoken since its record was lost is in no record': `3 kept
settle 0
commit 0
outage 0 !
deleteLease 0
refill 0
cutOff 1
createPod 1
scale 0 !`,

  'what fills the volume of a pod that terminates and cannot ask is in no record': `3 lost
settle 0
commit 0
takeCopy 2
refill 2
cutOff 2
deletePod 0
deletePod 1
settle 0
scale 0 !
settle 0`,

  'a volume that the record holds apart after several choices is chosen by a person where there is no other': `3 kept
settle 0
scale 0
takeCopy 0
settle 0
commit 0
scale 0
putBack 0
settle 0
deletePod 0
orderWithMachinesOff 1
settle 0
refill 1
refill 0`,

  'a volume that another one had the place of when its record was lost is in no record': `2 kept
settle 0
commit 0
scale 0
swapVolume 1
deleteLease 0
settle 0
refill 2`,

  'a clone in the place of a volume that was not of the cluster is in no record': `2 kept ordered
settle 0
commit 0
outage 0 !
deleteLease 0
createPod 2
swapVolume 1
annotate 4
settle 0
outage 1 !
cloneNext 1
refill 2`,

  'a person chooses among older copies where an ordered controller does not create the pod of a newer one': `4 kept ordered
settle 0
settle 0
kill 2
commit 0
outage 0 !
deleteLease 0
createPod 0
annotate 8
settle 0
refill 1
refill 4`,

  'a volume that says it was the last one bootstraps where the Lease was deleted after a bootstrap by hand without it': `2 kept ordered
settle 0
split 0
settle 0
annotate 1
deletePod 0
settle 0
deletePod 0
commit 0
scale 0
deleteLease 0`,
};
