// Runs the templates of exported Modelfiles in Go's own text/template, which is Ollama's:
//
//	go run tests/oracle/ollama/main.go CASES.json
//
// Each case has a template, a conversation and the text that the model was trained on.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
)

type message struct {
	Role    string
	Content string
}

type example struct {
	Name     string
	Template string
	Messages []message
	Expected string
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var cases []example
	if err := json.Unmarshal(text, &cases); err != nil {
		panic(err)
	}
	wrong := 0
	for _, one := range cases {
		got, err := run(one)
		if err == nil && got == one.Expected {
			continue
		}
		wrong++
		fmt.Printf("%s: %q\nnot %q (%v)\n", one.Name, got, one.Expected, err)
	}
	fmt.Printf("%d conversations written by Ollama's templates, %d of them not as trained\n", len(cases), wrong)
	if wrong > 0 || len(cases) == 0 {
		os.Exit(1)
	}
}

func run(one example) (string, error) {
	parsed, err := template.New(one.Name).Option("missingkey=zero").Parse(one.Template)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = parsed.Execute(&out, map[string]any{"Messages": one.Messages, "System": "", "Response": ""})
	return out.String(), err
}
