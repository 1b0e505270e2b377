// Parses expressions with the parser of Prometheus itself.
//
// Input: lines with a JSON string each. Output for each: one line {"error": …, "metrics": […]}, the names sorted by where
// they stand.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/prometheus/prometheus/promql/parser"
)

type result struct {
	Error   string   `json:"error"`
	Metrics []string `json:"metrics"`
}

func parse(text string) result {
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(text)
	if err != nil {
		return result{Error: err.Error()}
	}
	found := result{Metrics: []string{}}
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			found.Metrics = append(found.Metrics, selector.Name)
		}
		return nil
	})
	return found
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var text string
		if err := json.Unmarshal(in.Bytes(), &text); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		if err := out.Encode(parse(text)); err != nil {
			os.Exit(1)
		}
	}
	if in.Err() != nil {
		os.Stderr.WriteString(in.Err().Error() + "\n")
		os.Exit(1)
	}
}
