using System.Text.Json.Serialization;

namespace Aspire.Containerless.Dcp;

/// <summary>What DCP's API takes and gives: the parts of its objects that are used here.</summary>
internal static class DcpApi
{
    public const string Group = "usvc-dev.developer.microsoft.com/v1";
    public const string ServiceProducerAnnotation = "service-producer";
}

internal sealed record DcpMetadata(string Name, IReadOnlyDictionary<string, string>? Annotations = null);

/// <summary>A proxy in front of the endpoints of executables.</summary>
internal sealed record DcpService(DcpMetadata Metadata, DcpServiceSpec Spec, DcpServiceStatus? Status = null)
{
    public string ApiVersion => DcpApi.Group;
    public string Kind => "Service";
}

internal sealed record DcpServiceSpec(string Address, int Port, string Protocol = "TCP");

internal sealed record DcpServiceStatus(string? State, int? EffectivePort);

/// <summary>One process. It runs once: a restart is another object.</summary>
internal sealed record DcpExecutable(DcpMetadata Metadata, DcpExecutableSpec Spec, DcpExecutableStatus? Status = null)
{
    public string ApiVersion => DcpApi.Group;
    public string Kind => "Executable";
}

internal sealed record DcpExecutableSpec(
    string ExecutablePath, string WorkingDirectory, IReadOnlyList<string>? Args, IReadOnlyList<DcpVariable>? Env, string ExecutionType = "Process");

internal sealed record DcpVariable(string Name, string? Value);

internal sealed record DcpExecutableStatus(string? State, int? Pid, int? ExitCode)
{
    public bool IsRunning => State == "Running";

    /// <summary>Unknown is for good: DCP has lost sight of the process.</summary>
    public bool IsTerminal => State is "Finished" or "Terminated" or "FailedToStart" or "Unknown";
}

/// <summary>The address at which an executable stands behind a proxy.</summary>
internal sealed record DcpServiceProducer(string ServiceName, string Address, int Port);

internal sealed record DcpExecutableEvent(string Type, DcpExecutable Object);

internal sealed record DcpExecutionPatch(string Status);

internal sealed record DcpStopPatch(DcpStopSpec Spec);

internal sealed record DcpStopSpec(bool Stop);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DcpService))]
[JsonSerializable(typeof(DcpExecutable))]
[JsonSerializable(typeof(DcpServiceProducer[]))]
[JsonSerializable(typeof(DcpExecutableEvent))]
[JsonSerializable(typeof(DcpExecutionPatch))]
[JsonSerializable(typeof(DcpStopPatch))]
internal sealed partial class DcpJson : JsonSerializerContext;
