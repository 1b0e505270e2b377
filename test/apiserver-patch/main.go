// Applies patches as the API server does (k8s.io/apiserver: pkg/admission/plugin/webhook/mutating/dispatcher.go) and
// decodes the result strictly as a Pod, which the API server does not: a misspelt field vanishes there in silence.
//
// Input: lines of {"object": …, "patch": […]}. Output for each: one line with a JSON string, empty when all is well.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"
)

type review struct {
	Object json.RawMessage `json:"object"`
	Patch  json.RawMessage `json:"patch"`
}

func problem(line []byte) string {
	var given review
	if err := json.Unmarshal(line, &given); err != nil {
		return "input: " + err.Error()
	}
	patch, err := jsonpatch.DecodePatch(given.Patch)
	if err != nil {
		return "patch: " + err.Error()
	}
	patched, err := patch.Apply(given.Object)
	if err != nil {
		return "apply: " + err.Error()
	}
	var pod corev1.Pod
	strict, err := kjson.UnmarshalStrict(patched, &pod)
	if err != nil {
		return "decode: " + err.Error()
	}
	if len(strict) > 0 {
		return "strict: " + strict[0].Error()
	}
	return ""
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			if err := out.Encode(problem(line)); err != nil {
				os.Exit(1)
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
	}
}
