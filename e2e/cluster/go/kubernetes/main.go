// Command kubernetes is every Kubernetes server process in one binary. The
// first argument names the component, the rest are that component's own
// arguments. One binary links the shared libraries once, which keeps both the
// build and the cache small.
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
)

func run(command *cobra.Command, arguments []string) {
	command.SetArgs(arguments)
	os.Exit(cli.Run(command))
}

var components = map[string]func(arguments []string){
	"etcd":                    func(a []string) { etcdmain.Main(append([]string{"etcd"}, a...)) },
	"kube-apiserver":          func(a []string) { run(apiserver.NewAPIServerCommand(), a) },
	"kube-controller-manager": func(a []string) { run(controllermanager.NewControllerManagerCommand(), a) },
	"kube-scheduler":          func(a []string) { run(scheduler.NewSchedulerCommand(), a) },
	"kube-proxy":              func(a []string) { run(proxy.NewProxyCommand(), a) },
	"volumes":                 runVolumes,
	"kubelet": func(a []string) {
		run(kubelet.NewKubeletCommand(context.Background()), a)
	},
}

func main() {
	if len(os.Args) > 1 {
		if start, known := components[os.Args[1]]; known {
			start(os.Args[2:])
			return
		}
	}
	names := make([]string, 0, len(components))
	for name := range components {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(os.Stderr, "the first argument must be one of: %s\n", strings.Join(names, ", "))
	os.Exit(2)
}
