// Reads manifests as kubectl does: k8s.io/cli-runtime (pkg/resource/visitor.go, StreamVisitor) decodes with this decoder,
// which reads YAML through sigs.k8s.io/yaml, and drops documents that are empty or null.
//
// Input: lines of JSON strings, each the text of a file. Output for each: one line with {"documents": […]} or {"error": …}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

type reading struct {
	Documents []json.RawMessage `json:"documents"`
	Error     string            `json:"error,omitempty"`
}

func read(line []byte) reading {
	var text string
	if err := json.Unmarshal(line, &text); err != nil {
		return reading{Error: "input: " + err.Error()}
	}
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	documents := []json.RawMessage{}
	for {
		var document runtime.RawExtension
		err := decoder.Decode(&document)
		if err == io.EOF {
			return reading{Documents: documents}
		}
		if err != nil {
			return reading{Error: err.Error()}
		}
		raw := bytes.TrimSpace(document.Raw)
		if len(raw) != 0 && !bytes.Equal(raw, []byte("null")) {
			documents = append(documents, raw)
		}
	}
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			if err := out.Encode(read(line)); err != nil {
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
