import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv from 'ajv'
import { parse, parseAllDocuments } from 'yaml'
import packageJson from '../../package.json'
import { renderChart } from './go-template.ts'

const CHART = join(import.meta.dir, '../../deploy/helm/sluice')
const read = (path: string): string => readFileSync(join(CHART, path), 'utf8')
const files = Object.fromEntries(
  readdirSync(join(CHART, 'templates')).map((name) => [name, read(`templates/${name}`)]),
)
const isValid = new Ajv().compile(JSON.parse(read('values.schema.json')))

// biome-ignore lint/suspicious/noExplicitAny: a manifest can be anything; what is looked at is asserted.
type Manifest = any

/** The values a person would set, over those of the chart. */
function valuesWith(change: (values: Manifest) => void = () => {}): Manifest {
  const values = parse(read('values.yaml'))
  values.image.repository = 'example/sluice'
  values.existingSecret = 'sluice-secrets'
  change(values)
  return values
}

function manifests(values = valuesWith()): Manifest[] {
  isValid(values)
  expect(isValid.errors).toBeNull()
  const root = {
    Values: values,
    Release: { Name: 'rel', Namespace: 'ns', Service: 'Helm' },
    Chart: { Name: 'sluice', Version: '0.1.0', AppVersion: '0.1.0' },
  }
  const rendered = renderChart(files, root)
  return Object.entries(rendered)
    .filter(([name]) => name.endsWith('.yaml'))
    .flatMap(([, text]) => parseAllDocuments(text))
    .map((document) => {
      expect(document.errors).toEqual([])
      return document.toJS()
    })
    .filter((each) => each !== null)
}

const everything = (values: Manifest): void => {
  values.image.pullSecrets = ['one', 'two']
  values.env = { BASE_PATH: '/llm', SLUICE_TRACE_DAYS: '7' }
  Object.assign(values.ingress, { enabled: true, host: 'gateway.example.com', tlsSecret: 'tls' })
  values.gateway.autoscaling.enabled = false
  values.gateway.nodeSelector = { pool: 'gateways' }
  values.gateway.tolerations = [{ key: 'dedicated', operator: 'Exists' }]
  values.exporter.exportsSecret = 'exports'
  values.networkPolicy.ingressNamespaces = ['monitoring', 'ingress-nginx']
  values.service.annotations = { a: 'b' }
  values.serviceAccount.annotations = { role: 'x' }
}

const ways = [
  ['defaults', valuesWith()],
  ['everything on', valuesWith(everything)],
] as const
const podsOf = (all: Manifest[]): Manifest[] => all.filter((each) => each.spec?.template?.spec)

describe.each(ways)('the chart with %s', (_, values) => {
  test('every manifest has a kind, a name of the release, and no name twice', () => {
    const names = manifests(values).map(({ apiVersion, kind, metadata }) => {
      expect(apiVersion).toMatch(/^([a-z0-9.]+\/)?v\d/)
      expect(metadata.name).toStartWith('rel-sluice')
      return `${kind} ${metadata.name}`
    })
    expect(new Set(names).size).toBe(names.length)
    for (const kind of ['Deployment', 'PodDisruptionBudget', 'Job', 'Service', 'NetworkPolicy'])
      expect(names.some((each) => each.startsWith(`${kind} `))).toBe(true)
  })

  test('every pod runs as nobody, on a read-only disk, without powers and without a token of the cluster', () => {
    const pods = podsOf(manifests(values))
    expect(pods).toHaveLength(3)
    for (const { spec } of pods.map((each) => each.spec.template)) {
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 10001 },
      })
      for (const container of spec.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
        expect(container.resources.limits.memory).toBeTruthy()
        expect(container.resources.limits.cpu).toBeUndefined()
        const volumes = spec.volumes.map(({ name }: Manifest) => name)
        for (const mount of container.volumeMounts) expect(volumes).toContain(mount.name)
      }
    }
  })

  test('secrets come by reference only', () => {
    for (const pod of podsOf(manifests(values)))
      for (const { env } of pod.spec.template.spec.containers) {
        const by = Object.fromEntries(env.map((each: Manifest) => [each.name, each]))
        for (const name of ['DATABASE_URL', 'NATS_URL', 'SLUICE_MASTER_KEY'])
          expect(by[name].valueFrom.secretKeyRef).toEqual({ name: 'sluice-secrets', key: name })
        for (const each of env)
          if (/KEY|SECRET|PASSWORD|_URL|EXPORTS/.test(each.name)) expect(each.value).toBeUndefined()
          else expect(typeof each.value).toBe('string')
      }
    expect(manifests(values).some(({ kind }) => kind === 'Secret')).toBe(false)
  })

  test('what selects pods selects them, and no pod of another component', () => {
    const all = manifests(values)
    const pods = podsOf(all).map((each) => each.spec.template.metadata.labels)
    const chosen = (labels: object) =>
      pods.filter((pod) => Object.entries(labels).every(([key, value]) => pod[key] === value))
    for (const each of all) {
      if (each.kind === 'Deployment' || each.kind === 'PodDisruptionBudget')
        expect(chosen(each.spec.selector.matchLabels)).toHaveLength(1)
      if (each.kind === 'Service') {
        expect(chosen(each.spec.selector)[0]['app.kubernetes.io/component']).toBe('gateway')
        expect(each.spec.ports[0].targetPort).toBe('http')
      }
      if (each.kind === 'NetworkPolicy')
        expect(chosen(each.spec.podSelector.matchLabels)).toHaveLength(3)
    }
  })

  test('a gateway has its three probes and time to drain; a migration runs before both', () => {
    const all = manifests(values)
    const gateway = podsOf(all).find(({ metadata }) => metadata.name === 'rel-sluice-gateway')
    const { spec } = gateway.spec.template
    const [container] = spec.containers
    expect(container.readinessProbe.httpGet.path).toBe('/readyz')
    expect(container.livenessProbe.httpGet.path).toBe('/healthz')
    expect(container.startupProbe.httpGet.path).toBe('/readyz')
    // The gateway's own bound for a drain is 30 s, after the pause of the hook.
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(30 + 5 + 10)
    expect(gateway.spec.replicas === undefined).toBe(values.gateway.autoscaling.enabled)
    const job = all.find(({ kind }) => kind === 'Job')
    expect(job.metadata.annotations['helm.sh/hook']).toBe('pre-install,pre-upgrade')
  })
})

test('values that are missing or misspelt are refused', () => {
  expect(() => manifests({ ...valuesWith(), existingSecret: '' })).toThrow('existingSecret')
  expect(() =>
    manifests(valuesWith(({ image }) => Object.assign(image, { repository: '' }))),
  ).toThrow('image.repository')
  isValid(valuesWith(({ gateway }) => Object.assign(gateway, { replica: 3 })))
  expect(isValid.errors?.[0]?.params).toEqual({ additionalProperty: 'replica' })
  isValid(
    valuesWith(({ gateway }) => Object.assign(gateway, { terminationGracePeriodSeconds: 10 })),
  )
  expect(isValid.errors).toHaveLength(1)
})

test('the chart is of this version, and what it does not know it does not pass over', () => {
  expect(parse(read('Chart.yaml')).appVersion).toBe(packageJson.version)
  expect(() => renderChart({ a: '{{ lookup "v1" }}' }, {})).toThrow('not understood')
  expect(() => renderChart({ a: '{{ if .x }}' }, {})).toThrow('no end')
  expect(() => renderChart({ a: '{{ .Values.nothing }}' }, { Values: {} })).toThrow('nothing at')
})
