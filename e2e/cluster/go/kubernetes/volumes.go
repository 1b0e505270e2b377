package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// provisioner makes a hostPath volume for every claim of one storage class and
// removes it, with its data, when the claim is gone and the volume's reclaim
// policy is Delete.
type provisioner struct {
	client    kubernetes.Interface
	class     string
	name      string
	directory string
}

const provisionedBy = "pv.kubernetes.io/provisioned-by"

// runVolumes is the component "volumes". Objects that fail are tried again at
// the next resync.
func runVolumes(arguments []string) {
	flags := flag.NewFlagSet("volumes", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "how to reach the apiserver")
	class := flags.String("class", "", "the storage class to serve")
	name := flags.String("provisioner", "", "the provisioner named by that class")
	directory := flags.String("directory", "", "where the volumes' folders are made")
	_ = flags.Parse(arguments)

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	p := provisioner{client: client, class: *class, name: *name, directory: *directory}
	factory := informers.NewSharedInformerFactory(client, 5*time.Second)
	watch(factory.Core().V1().PersistentVolumeClaims().Informer(), func(object any) {
		report(p.provide(ctx, object.(*core.PersistentVolumeClaim)))
	})
	watch(factory.Core().V1().PersistentVolumes().Informer(), func(object any) {
		report(p.remove(ctx, object.(*core.PersistentVolume)))
	})
	factory.Start(ctx.Done())
	<-ctx.Done()
}

func watch(informer cache.SharedIndexInformer, handle func(object any)) {
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    handle,
		UpdateFunc: func(_, object any) { handle(object) },
	})
	if err != nil {
		log.Fatal(err)
	}
}

func report(err error) {
	if err != nil {
		log.Print(err)
	}
}

func (p provisioner) provide(ctx context.Context, claim *core.PersistentVolumeClaim) error {
	wanted := claim.Spec.StorageClassName
	if wanted == nil || *wanted != p.class || claim.Spec.VolumeName != "" || claim.DeletionTimestamp != nil {
		return nil
	}
	name := "e2e-" + string(claim.UID)
	path := filepath.Join(p.directory, name)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return err
	}
	// The umask narrows the mode that MkdirAll is given; any uid must be able to write.
	if err := os.Chmod(path, 0o777); err != nil {
		return err
	}
	_, err := p.client.CoreV1().PersistentVolumes().Create(ctx, p.volume(claim, name, path), meta.CreateOptions{})
	if err != nil && !errors.IsAlreadyExists(err) {
		return fmt.Errorf("volume for claim %s/%s: %w", claim.Namespace, claim.Name, err)
	}
	return nil
}

func (p provisioner) volume(claim *core.PersistentVolumeClaim, name, path string) *core.PersistentVolume {
	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: name, Annotations: map[string]string{provisionedBy: p.name}},
		Spec: core.PersistentVolumeSpec{
			StorageClassName:              p.class,
			Capacity:                      core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
			AccessModes:                   claim.Spec.AccessModes,
			PersistentVolumeReclaimPolicy: core.PersistentVolumeReclaimDelete,
			ClaimRef: &core.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim",
				Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			PersistentVolumeSource: core.PersistentVolumeSource{HostPath: &core.HostPathVolumeSource{Path: path}},
		},
	}
}

func (p provisioner) remove(ctx context.Context, volume *core.PersistentVolume) error {
	released := volume.Status.Phase == core.VolumeReleased &&
		volume.Spec.PersistentVolumeReclaimPolicy == core.PersistentVolumeReclaimDelete
	if volume.Annotations[provisionedBy] != p.name || !released || volume.DeletionTimestamp != nil {
		return nil
	}
	if err := os.RemoveAll(filepath.Join(p.directory, volume.Name)); err != nil {
		return err
	}
	err := p.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, meta.DeleteOptions{})
	if err != nil && !errors.IsNotFound(err) {
		return fmt.Errorf("remove volume %s: %w", volume.Name, err)
	}
	return nil
}
