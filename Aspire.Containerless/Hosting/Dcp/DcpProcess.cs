using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Aspire.Containerless.Servers;

namespace Aspire.Containerless.Dcp;

/// <summary>
/// DCP, Aspire's orchestrator, running for this process. It is a process of its own, out of reach of the terminal's Ctrl-C, and watches this
/// one: should this one be killed, DCP ends every process it has started, and itself.
/// </summary>
internal sealed class DcpProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(15);

    private readonly SessionFolder _folder;
    private readonly X509Certificate2 _certificate;

    private DcpProcess(SessionFolder folder, X509Certificate2 certificate, DcpClient client)
    {
        _folder = folder;
        _certificate = certificate;
        Client = client;
    }

    public DcpClient Client { get; }

    /// <exception cref="ContainerlessException">It does not start.</exception>
    public static async Task<DcpProcess> StartAsync(string dcpPath, CancellationToken cancellationToken)
    {
        var folder = SessionFolder.Create();
        var certificate = DcpCertificate.Create();
        try
        {
            var client = await LaunchAsync(dcpPath, folder, certificate, cancellationToken).ConfigureAwait(false);
            return new DcpProcess(folder, certificate, client);
        }
        catch
        {
            certificate.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Ends DCP; its processes have been stopped before, one by one.</summary>
    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(StopTimeout);
        try
        {
            await Client.SetExecutionAsync(new DcpExecutionPatch("Stopping"), timeout.Token).ConfigureAwait(false);
            while (await Client.IsUpAsync(timeout.Token).ConfigureAwait(false))
                await Task.Delay(PollInterval, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or HttpRequestException)
        {
            // It is gone, or slow: it sees this process end, and ends too.
        }
        DcpRemains.Kill(_folder.Path);
        Client.Dispose();
        _certificate.Dispose();
        _folder.Dispose();
    }

    private static async Task<DcpClient> LaunchAsync(
        string dcpPath, SessionFolder folder, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        DcpCertificate.Write(certificate, folder.FileOf("cert.pem"), folder.FileOf("key.pem"));
        var kubeconfig = folder.FileOf("kubeconfig");
        string[] arguments =
        [
            "start-apiserver", "--detach", "--monitor", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "--monitor-interval", "1",
            "--kubeconfig", kubeconfig, "--tls-cert-file", folder.FileOf("cert.pem"), "--tls-key-file", folder.FileOf("key.pem"),
        ];
        using (var launcher = Process.Start(StartInfo(dcpPath, arguments, folder)))
            await launcher!.WaitForExitAsync(cancellationToken).ConfigureAwait(false);

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTimeout);
        DcpClient? client = null;
        try
        {
            while (client is null)
            {
                await Task.Delay(PollInterval, timeout.Token).ConfigureAwait(false);
                client = TryConnect(kubeconfig, certificate);
            }
            while (!await client.IsUpAsync(timeout.Token).ConfigureAwait(false))
                await Task.Delay(PollInterval, timeout.Token).ConfigureAwait(false);
            return client;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            client?.Dispose();
            var said = File.Exists(folder.FileOf("dcp.log")) ? File.ReadLines(folder.FileOf("dcp.log")).LastOrDefault() : null;
            throw new ContainerlessException($"Aspire's orchestrator ({dcpPath}) does not start; the last it said is: {said ?? "nothing"}");
        }
    }

    private static ProcessStartInfo StartInfo(string dcpPath, string[] arguments, SessionFolder folder)
    {
        // Through a shell, to a file: on a pipe, DCP would be killed by its next line once this process is dead, before it has cleared up.
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(dcpPath, arguments) { CreateNoWindow = true }
            : new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", folder.FileOf("dcp.log"), dcpPath, .. arguments]);
        start.WorkingDirectory = folder.Path;
        start.Environment.Clear();
        foreach (var (name, value) in AmbientEnvironment.Read())
            start.Environment[name] = value;
        start.Environment["DCP_SESSION_FOLDER"] = folder.Path;
        return start;
    }

    private static DcpClient? TryConnect(string kubeconfig, X509Certificate2 certificate)
    {
        if (!File.Exists(kubeconfig))
            return null;
        var lines = File.ReadAllLines(kubeconfig);
        return ValueOf("server:") is { } server && ValueOf("token:") is { } token ? new DcpClient(new Uri(server), token, certificate) : null;

        string? ValueOf(string key) => lines.Select(l => l.Trim()).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))?[key.Length..].Trim();
    }
}
