using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting
{
    /// <summary>Where a project is; the build generates one class <c>Projects.X</c> for each project the AppHost references.</summary>
    public interface IProjectMetadata : IResourceAnnotation
    {
        /// <summary>Absolute path of the project file.</summary>
        string ProjectPath { get; }
    }
}

namespace Aspire.Containerless
{
    /// <summary>Implemented by the generated classes beside <see cref="Aspire.Hosting.IProjectMetadata" />; not for use in a program, as stock has it not.</summary>
    public interface IBuiltProject
    {
        /// <summary>Absolute path of the built assembly, run directly: a <c>dotnet run</c> in between would cost time and hide the process.</summary>
        string TargetPath { get; }
    }
}
