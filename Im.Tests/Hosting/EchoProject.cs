using Aspire.Containerless;
using Aspire.Hosting;

namespace Im.Tests.Hosting;

/// <summary>Stands for a project where it does not matter what it does: this assembly, which ends at once.</summary>
public sealed class EchoProject : IProjectMetadata, IBuiltProject
{
    public string ProjectPath => TargetPath;
    public string TargetPath => typeof(EchoProject).Assembly.Location;
}
