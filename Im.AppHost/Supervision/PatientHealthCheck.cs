using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Im.AppHost.Supervision;

/// <summary>Another's health check that waits while its resource is starting: Aspire asks again only after 1, 2, 3 s, and what depends on it would wait as long.</summary>
internal sealed class PatientHealthCheck(HealthCheckRegistration registration, Func<IServiceProvider, IHealthCheck> inner, TimeSpan limit, IServiceProvider services, IResource resource)
    : IHealthCheck
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20), CheckPeriod = TimeSpan.FromMilliseconds(30);

    public static void Wrap(HealthCheckRegistration registration, IServiceProvider services, IResource resource)
    {
        var (inner, limit) = (registration.Factory, registration.Timeout);
        registration.Timeout = Timeout.InfiniteTimeSpan; // it is kept here, for each look
        var patient = new PatientHealthCheck(registration, inner, limit, services, resource);
        registration.Factory = _ => patient;
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            // A client library that meets a closed port may take seconds to try again, so it is asked only once the port is open.
            if (!IsStarting() || await IsListeningAsync(cancellationToken))
            {
                var result = await LookAsync(context, cancellationToken);
                if (result.Status == HealthStatus.Healthy || !IsStarting())
                    return result;
            }
            await Task.Delay(CheckPeriod, cancellationToken);
        }
    }

    private async Task<HealthCheckResult> LookAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (limit > TimeSpan.Zero)
            time.CancelAfter(limit);
        try
        {
            return await inner(services).CheckHealthAsync(context, time.Token).WaitAsync(time.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(registration.FailureStatus, $"No answer within {limit.TotalSeconds:0} s.");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return new(registration.FailureStatus, failure.Message);
        }
    }

    /// <summary>Whether every port that is its own, and not DCP's proxy, takes connections.</summary>
    private async Task<bool> IsListeningAsync(CancellationToken cancellationToken)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => !endpoint.IsProxied && endpoint.Protocol == ProtocolType.Tcp))
        {
            if (endpoint.AllocatedEndpoint is not { } allocated)
                return false;
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(allocated.Address, allocated.Port, cancellationToken);
            }
            catch (SocketException)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Whether it was started so lately that it need not answer yet.</summary>
    private bool IsStarting() => services.GetRequiredService<Replicas>().All.Any(replica => replica.Resource == resource && replica.IsYoungerThan(StartLimit));
}
