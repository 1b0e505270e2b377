/**
 * Every call of the Kubernetes API that the injector can make, under the name of the client library's method. A new one
 * needs a line here, and its right in the chart.
 */
import type {
  AdmissionregistrationV1Api,
  AppsV1Api,
  AuthenticationV1Api,
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  PolicyV1Api,
} from '@kubernetes/client-node';
import type { Route } from './rest.ts';

type Routes<Api> = Partial<Record<keyof Api, Route>>;

export const CORE_ROUTES = {
  createNamespacedConfigMap: 'POST /api/v1/namespaces/{namespace}/configmaps',
  createNamespacedEvent: 'POST /api/v1/namespaces/{namespace}/events',
  createNamespacedPod: 'POST /api/v1/namespaces/{namespace}/pods',
  createNamespacedSecret: 'POST /api/v1/namespaces/{namespace}/secrets',
  createNamespacedService: 'POST /api/v1/namespaces/{namespace}/services',
  listNamespacedPod: 'GET /api/v1/namespaces/{namespace}/pods',
  listNamespacedService: 'GET /api/v1/namespaces/{namespace}/services',
  listPodForAllNamespaces: 'GET /api/v1/pods',
  patchNamespacedConfigMap: 'PATCH /api/v1/namespaces/{namespace}/configmaps/{name}',
  readNode: 'GET /api/v1/nodes/{name}',
  readNamespace: 'GET /api/v1/namespaces/{name}',
  readNamespacedPod: 'GET /api/v1/namespaces/{namespace}/pods/{name}',
  readNamespacedReplicationController: 'GET /api/v1/namespaces/{namespace}/replicationcontrollers/{name}',
  readNamespacedSecret: 'GET /api/v1/namespaces/{namespace}/secrets/{name}',
  readNamespacedService: 'GET /api/v1/namespaces/{namespace}/services/{name}',
  replaceNamespacedSecret: 'PUT /api/v1/namespaces/{namespace}/secrets/{name}',
} as const satisfies Routes<CoreV1Api>;

export const APPS_ROUTES = {
  readNamespacedDeployment: 'GET /apis/apps/v1/namespaces/{namespace}/deployments/{name}',
  readNamespacedReplicaSet: 'GET /apis/apps/v1/namespaces/{namespace}/replicasets/{name}',
  readNamespacedStatefulSet: 'GET /apis/apps/v1/namespaces/{namespace}/statefulsets/{name}',
} as const satisfies Routes<AppsV1Api>;

export const COORDINATION_ROUTES = {
  createNamespacedLease: 'POST /apis/coordination.k8s.io/v1/namespaces/{namespace}/leases',
  listNamespacedLease: 'GET /apis/coordination.k8s.io/v1/namespaces/{namespace}/leases',
  readNamespacedLease: 'GET /apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}',
  replaceNamespacedLease: 'PUT /apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}',
} as const satisfies Routes<CoordinationV1Api>;

export const POLICY_ROUTES = {
  createNamespacedPodDisruptionBudget: 'POST /apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets',
  listNamespacedPodDisruptionBudget: 'GET /apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets',
} as const satisfies Routes<PolicyV1Api>;

/** Kinds that others bring: what an API group has, one object, and how many pods it asks for. */
export const CUSTOM_ROUTES = {
  getAPIResources: 'GET /apis/{group}/{version}',
  getNamespacedCustomObject: 'GET /apis/{group}/{version}/namespaces/{namespace}/{plural}/{name}',
  getNamespacedCustomObjectScale: 'GET /apis/{group}/{version}/namespaces/{namespace}/{plural}/{name}/scale',
} as const satisfies Routes<CustomObjectsApi>;

export const AUTHENTICATION_ROUTES = {
  createTokenReview: 'POST /apis/authentication.k8s.io/v1/tokenreviews',
} as const satisfies Routes<AuthenticationV1Api>;

export const ADMISSION_ROUTES = {
  patchMutatingWebhookConfiguration:
    'PATCH /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/{name}',
  patchValidatingWebhookConfiguration:
    'PATCH /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{name}',
  readMutatingWebhookConfiguration:
    'GET /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/{name}',
  readValidatingWebhookConfiguration:
    'GET /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{name}',
} as const satisfies Routes<AdmissionregistrationV1Api>;
